// Sass to CSS without source maps, and its mirror image for right-to-left languages.
// Reads from standard input {styles, modules, out, names, mirrored, addresses}; writes NAME.css, and NAME.rtl.css for
// the mirrored ones, into `out`. Sheets written in logical directions alone need no mirror image.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as sass from 'sass'
import rtlcss from 'rtlcss'

const { styles, modules, out, names, mirrored, addresses } = JSON.parse(readFileSync(0, 'utf8'))

// asset-url("plex-latin1-regular.woff2"): the built name of a font, which holds its digest.
const functions = {
  'asset-url($name)': ([name]) => {
    const logical = name.assertString('name').text
    const address = addresses[logical]
    if (!address) throw new Error(`no asset ${logical}`)
    return new sass.SassString(`url("${address}")`, { quotes: false })
  },
}

for (const name of names) {
  const { css } = sass.compile(join(styles, `${name}.scss`), {
    style: 'compressed',
    sourceMap: false,
    charset: false,
    loadPaths: [modules],
    quietDeps: true,
    functions,
  })
  writeFileSync(join(out, `${name}.css`), css)
  if (mirrored.includes(name)) writeFileSync(join(out, `${name}.rtl.css`), rtlcss.process(css))
}
