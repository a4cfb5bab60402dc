// A program that takes its words as @devcontainers/cli does: late, by a copy.
console.log(JSON.stringify(process.argv.slice(2)), process.argv.length, process.argv.slice(0).length);
