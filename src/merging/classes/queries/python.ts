/** A string that is the first statement of a module, class or function documents it. */
export const python = `
(function_definition name: (_) @name body: (_) @body) @function
(class_definition name: (_) @name body: (_) @body) @class
(module (expression_statement (assignment left: (identifier) @name right: (_)? @body) @constant))
(class_definition body: (block (expression_statement (assignment left: (identifier) @name right: (_)? @body) @field)))
(decorated_definition) @wrapper
(import_statement) @import
(import_from_statement) @import
(future_import_statement) @import
(comment) @ignore
(block . (expression_statement (string)) @ignore)
(module . (comment)* . (expression_statement (string)) @ignore)
(string_content) @string
`;
