// SPDX-License-Identifier: MIT
// Whether files are PowerShell by the grammar of tree-sitter-powershell: a part of `make check`.
//   node parse.mjs PREFIX FILE...     PREFIX: where npm has installed the packages
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [prefix, ...files] = process.argv.slice(2);
const modules = path.resolve(prefix, 'node_modules');
const { Parser, Language } = await import(pathToFileURL(path.join(modules, 'web-tree-sitter/web-tree-sitter.js')));

await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(path.join(modules, 'tree-sitter-powershell/tree-sitter-powershell.wasm')));

let bad = 0;
function visit(file, node) {
	if (node.isError || node.isMissing) {
		const { row, column } = node.startPosition;
		const what = node.isMissing ? `missing ${node.type}` : `not PowerShell: ${node.text.split('\n')[0].slice(0, 60)}`;
		console.log(`${file}:${row + 1}:${column + 1}: ${what}`);
		bad++;
	} else if (node.hasError) {
		node.children.forEach((child) => visit(file, child));
	}
}
for (const file of files) {
	visit(file, parser.parse(fs.readFileSync(file, 'utf8')).rootNode);
}
process.exit(bad || !files.length ? 1 : 0);
