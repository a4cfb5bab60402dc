export const rust = `
(function_item name: (_) @name body: (_) @body) @function
(function_signature_item name: (_) @name) @function
(struct_item name: (_) @name body: (_)? @body) @class
(union_item name: (_) @name body: (_) @body) @class
(enum_item name: (_) @name body: (_) @body) @enum
(trait_item name: (_) @name body: (_) @body) @interface
(impl_item type: [(type_identifier) @name (generic_type type: (_) @name) (scoped_type_identifier name: (_) @name)] body: (_) @body) @scope
(mod_item name: (_) @name body: (_) @body) @scope
(type_item name: (_) @name type: (_) @body) @type
(const_item name: (_) @name value: (_)? @body) @constant
(static_item name: (_) @name value: (_)? @body) @constant
(macro_definition name: (_) @name) @function
(struct_item body: (field_declaration_list (field_declaration name: (_) @name) @field))
(enum_variant name: (_) @name) @field
(use_declaration) @import
(extern_crate_declaration) @import
(line_comment) @ignore
(block_comment) @ignore
(string_content) @string
`;
