// Removes devDependencies from every package.json below the current folder, in an image build. `npm ci --omit=dev` would
// still install a workspace that is only a devDependency (the test kit), with all that it needs: to npm every workspace
// is a production dependency of the root.
import { globSync, readFileSync, writeFileSync } from 'node:fs'

for (const path of globSync('**/package.json')) {
  const { devDependencies: _, ...manifest } = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify(manifest))
}
