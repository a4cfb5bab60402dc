const functionName = `[
    (function_declarator declarator: (_) @name)
    (pointer_declarator declarator: (function_declarator declarator: (_) @name))
    (pointer_declarator declarator: (pointer_declarator declarator: (function_declarator declarator: (_) @name)))]`;

/** What C and C++ have in common. */
export const c = `
(function_definition declarator: ${functionName} body: (_) @body) @function
(declaration declarator: ${functionName}) @function
(struct_specifier name: (_) @name body: (_) @body) @class
(union_specifier name: (_) @name body: (_) @body) @class
(enum_specifier name: (_) @name body: (_) @body) @enum
(type_definition declarator: (type_identifier) @name) @type
(preproc_def name: (_) @name value: (_)? @body) @constant
(preproc_function_def name: (_) @name value: (_)? @body) @function
(enumerator name: (_) @name value: (_)? @body) @field
(field_declaration declarator: [(field_identifier) @name (pointer_declarator declarator: (field_identifier) @name) (array_declarator declarator: (field_identifier) @name)]) @field
(translation_unit (declaration declarator: [
  (identifier) @name
  (init_declarator declarator: (identifier) @name value: (_) @body)
  (init_declarator declarator: (pointer_declarator declarator: (identifier) @name) value: (_) @body)
  (init_declarator declarator: (array_declarator declarator: (identifier) @name) value: (_) @body)]) @constant)
(preproc_include) @import
(comment) @ignore
(string_content) @string
`;

/** What C++ adds to C. */
export const cpp = `
(class_specifier name: (_) @name body: (_) @body) @class
(namespace_definition name: (_) @name body: (_) @body) @scope
(alias_declaration name: (_) @name type: (_) @body) @type
(function_definition declarator: (reference_declarator (function_declarator declarator: (_) @name)) body: (_) @body) @function
(function_definition declarator: (function_declarator declarator: (_) @name)) @function
(field_declaration declarator: ${functionName}) @function
(field_declaration declarator: (reference_declarator (function_declarator declarator: (_) @name))) @function
(namespace_definition body: (declaration_list (declaration declarator: (init_declarator declarator: (identifier) @name value: (_) @body)) @constant))
(template_declaration) @wrapper
(using_declaration) @import
(raw_string_content) @string
`;
