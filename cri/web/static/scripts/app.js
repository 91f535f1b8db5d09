// Small comforts of the signed-in pages. Each works without this file too.
(() => {
  'use strict'
  document.querySelector('[data-focus]')?.focus()

  // One press, one act: a form under way is not sent again.
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (event.defaultPrevented || form.method !== 'post') return
    if (form.dataset.sent) event.preventDefault()
    form.dataset.sent = 'yes'
    setTimeout(() => { delete form.dataset.sent }, 10000) // the network may have swallowed it
  })
  window.addEventListener('pageshow', () => {
    for (const form of document.forms) delete form.dataset.sent
  })

  // Buttons that copy the field they name.
  for (const button of document.querySelectorAll('[data-copy]')) {
    const field = document.getElementById(button.dataset.copy)
    if (!field || !navigator.clipboard) continue
    const label = button.textContent
    button.hidden = false
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(field.value)
      button.textContent = button.dataset.copied
      setTimeout(() => { button.textContent = label }, 2000)
    })
  }

  // One menu open at a time; Escape and a click elsewhere close it.
  const menus = [...document.querySelectorAll('details.cri-menu')]
  document.addEventListener('click', (event) => {
    for (const menu of menus) if (!menu.contains(event.target)) menu.open = false
  })
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    for (const menu of menus) {
      if (menu.open && menu.contains(document.activeElement)) menu.querySelector('summary').focus()
      menu.open = false
    }
  })
})()
