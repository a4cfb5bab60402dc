export const go = `
(function_declaration name: (_) @name body: (_)? @body) @function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: [
    (type_identifier) @owner
    (pointer_type (type_identifier) @owner)
    (generic_type type: (type_identifier) @owner)
    (pointer_type (generic_type type: (type_identifier) @owner))]))
  name: (_) @name body: (_)? @body) @function
(type_spec name: (_) @name type: (struct_type) @body) @class
(type_spec name: (_) @name type: (interface_type) @body) @interface
(type_spec name: (_) @name type: (_) @body) @type
(type_alias name: (_) @name type: (_) @body) @type
(method_elem name: (_) @name) @function
(type_spec type: (struct_type (field_declaration_list (field_declaration name: (_) @name) @field)))
(source_file (const_declaration (const_spec name: (identifier) @name value: (_)? @body) @constant))
(source_file (var_declaration (var_spec name: (identifier) @name value: (_)? @body) @constant))
(source_file (var_declaration (var_spec_list (var_spec name: (identifier) @name value: (_)? @body) @constant)))
(import_declaration) @import
(comment) @ignore
(interpreted_string_literal_content) @string
(raw_string_literal_content) @string
`;
