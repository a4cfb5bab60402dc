export const ruby = `
(method name: (_) @name body: (_)? @body) @function
(singleton_method name: (_) @name body: (_)? @body) @function
(class name: (_) @name body: (_)? @body) @class
(module name: (_) @name body: (_)? @body) @scope
(assignment left: (constant) @name right: (_) @body) @constant
(call method: (identifier) @made arguments: (argument_list (simple_symbol) @name @field)
  (#any-of? @made "attr_accessor" "attr_reader" "attr_writer"))
(call method: (identifier) @made (#any-of? @made "require" "require_relative")) @import
(comment) @ignore
(string_content) @string
(heredoc_content) @string
`;
