// Removes devDependencies from every package.json below the current folder, in an image build. `npm ci --omit=dev` alone would
// install the test kit and its dependencies, because npm treats every workspace as a production dependency of the root.
import { globSync, readFileSync, writeFileSync } from 'node:fs'

for (const path of globSync('**/package.json')) {
  const { devDependencies: _, ...manifest } = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify(manifest))
}
