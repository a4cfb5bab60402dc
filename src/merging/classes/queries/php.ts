export const php = `
(function_definition name: (_) @name body: (_) @body) @function
(method_declaration name: (_) @name body: (_)? @body) @function
(class_declaration name: (_) @name body: (_) @body) @class
(trait_declaration name: (_) @name body: (_) @body) @class
(interface_declaration name: (_) @name body: (_) @body) @interface
(enum_declaration name: (_) @name body: (_) @body) @enum
(namespace_definition name: (_) @name body: (_) @body) @scope
(property_declaration (property_element name: (variable_name (name) @name) default_value: (_)? @body)) @field
(const_declaration (const_element . (name) @name (_) @body)) @constant
(enum_case name: (_) @name value: (_)? @body) @field
(namespace_use_declaration) @import
(namespace_definition !body) @import
(comment) @ignore
(string_content) @string
`;
