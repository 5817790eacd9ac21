# aniso_embed_shaders(TARGET DIRECTORY)
# Compiles every *.vert, *.frag and *.glsl of DIRECTORY into TARGET as text, so that the program
# needs no files at run time. The directory's path is kept too: shaders are reloaded from there
# while it exists. Run as a script (cmake -P) it writes the generated source.

if(CMAKE_SCRIPT_MODE_FILE)
  set(content "// Generated from shaders/ by cmake/EmbedShaders.cmake.\n")
  string(APPEND content "#include \"app/gl/shader_sources.h\"\n\n#include <array>\n\n")
  string(APPEND content "namespace aniso::app::gl {\nnamespace {\n\n")
  set(count 0)
  set(list "")
  separate_arguments(paths UNIX_COMMAND "${FILES}")
  foreach(path IN LISTS paths)
    get_filename_component(name "${path}" NAME)
    file(READ "${path}" source)
    string(APPEND content "constexpr const char* kSource${count} = R\"glsl(${source})glsl\";\n\n")
    string(APPEND list "    {\"${name}\", kSource${count}},\n")
    math(EXPR count "${count} + 1")
  endforeach()
  string(APPEND content "constexpr std::array<ShaderSource, ${count}> kSources = {{\n${list}}};\n\n")
  string(APPEND content "}  // namespace\n\n")
  string(APPEND content "std::span<const ShaderSource> embedded_shaders() { return kSources; }\n\n")
  string(APPEND content "const char* shader_source_directory() { return \"${DIRECTORY}\"; }\n\n")
  string(APPEND content "}  // namespace aniso::app::gl\n")
  file(WRITE "${OUT}" "${content}")
  return()
endif()

set(ANISO_EMBED_SHADERS_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(aniso_embed_shaders target directory)
  file(GLOB files CONFIGURE_DEPENDS ${directory}/*.vert ${directory}/*.frag ${directory}/*.glsl)
  list(SORT files)
  list(JOIN files " " joined)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/embedded_shaders.cpp)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} "-DOUT=${out}" "-DDIRECTORY=${directory}" "-DFILES=${joined}"
      -P ${ANISO_EMBED_SHADERS_SCRIPT}
    DEPENDS ${files} ${ANISO_EMBED_SHADERS_SCRIPT}
    COMMENT "Embedding shaders" VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
