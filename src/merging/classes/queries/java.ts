export const java = `
(class_declaration name: (_) @name body: (_) @body) @class
(record_declaration name: (_) @name body: (_) @body) @class
(interface_declaration name: (_) @name body: (_) @body) @interface
(annotation_type_declaration name: (_) @name body: (_) @body) @interface
(enum_declaration name: (_) @name body: (_) @body) @enum
(method_declaration name: (_) @name body: (_)? @body) @function
(constructor_declaration name: (_) @name body: (_) @body) @function
(compact_constructor_declaration name: (_) @name body: (_) @body) @function
(annotation_type_element_declaration name: (_) @name) @function
(field_declaration declarator: (variable_declarator name: (_) @name value: (_)? @body)) @field
(constant_declaration declarator: (variable_declarator name: (_) @name value: (_)? @body)) @field
(enum_constant name: (_) @name) @field
(import_declaration) @import
(package_declaration) @import
(line_comment) @ignore
(block_comment) @ignore
(string_fragment) @string
(multiline_string_fragment) @string
`;
