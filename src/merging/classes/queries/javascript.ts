/** What is an entity in JavaScript; TypeScript adds to it. `entities.ts` says what the captures mean. */
export const javascript = `
(function_declaration name: (_) @name body: (_) @body) @function
(generator_function_declaration name: (_) @name body: (_) @body) @function
(class_declaration name: (_) @name body: (_) @body) @class
(method_definition name: (_) @name body: (_) @body) @function
(variable_declarator name: (identifier) @name value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @function
(variable_declarator name: (identifier) @name value: (class body: (_) @body)) @class
(pair key: (property_identifier) @name value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @function
(assignment_expression
  left: (member_expression object: (_) @owner property: (property_identifier) @name)
  right: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @function
(program (lexical_declaration (variable_declarator name: (identifier) @name value: (_)? @body) @constant))
(program (variable_declaration (variable_declarator name: (identifier) @name value: (_)? @body) @constant))
(program (export_statement (lexical_declaration (variable_declarator name: (identifier) @name value: (_)? @body) @constant)))
(export_statement) @wrapper
(lexical_declaration) @wrapper
(import_statement) @import
(comment) @ignore
(string_fragment) @string
(regex_pattern) @string
`;

export const jsx = `
(jsx_text) @string
`;

export const javascriptFields = `
(field_definition property: (_) @name value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @function
(field_definition property: (_) @name value: (_)? @body) @field
`;
