// Prints the Khronos validator's report on one glb file as JSON.
// Usage: node validate_glb.mjs FILE FOLDER, where FOLDER is a node_modules folder with gltf-validator.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [file, folder] = process.argv.slice(2);
const require = createRequire(join(resolve(folder), "from-here.js"));
const validator = require(join(resolve(folder), "gltf-validator"));
const data = new Uint8Array(await readFile(file));
const report = await validator.validateBytes(data, { maxIssues: 100 });
console.log(JSON.stringify(report));
