// Saves each answer as it is given, and says so. Nothing here is needed: without it, Next and Back save.
(() => {
  'use strict'
  document.querySelector('[data-focus]')?.focus()

  const form = document.getElementById('questionnaire')
  if (!form) return

  // A second press while the first is under way sends nothing twice.
  let leaving = false
  form.addEventListener('submit', (event) => {
    if (leaving) event.preventDefault()
    leaving = true
    setTimeout(() => { leaving = false }, 5000) // the network may have swallowed it: let it be tried again
  })
  window.addEventListener('pageshow', () => { leaving = false })

  // How long this section has been open, for screening: whole seconds, on this page and before it.
  if (form.dataset.spent) {
    form.addEventListener('formdata', (event) => {
      event.formData.set('seconds', Math.floor(Number(form.dataset.spent) + performance.now() / 1000))
    })
  }

  // What was said to be open is so no longer once it is answered; a screen reader is told the same.
  form.addEventListener('change', (event) => {
    const item = event.target.closest('.cri-item--prompt')
    if (!item) return
    const others = (item.getAttribute('aria-describedby') ?? '').split(' ').filter((id) => id && !id.endsWith('-error'))
    if (others.length) item.setAttribute('aria-describedby', others.join(' '))
    else item.removeAttribute('aria-describedby')
    item.querySelector('.cri-item__error')?.remove()
    item.classList.remove('cri-item--prompt')
  })

  const address = form.dataset.autosave
  const status = form.querySelector('[data-saved]')
  if (!address || !status || !window.fetch) return

  const say = (what) => { status.textContent = status.dataset[what] }
  let timer = 0
  let running = false
  let again = false

  async function save() {
    if (leaving) return
    if (running) { again = true; return }
    running = true
    again = false
    try {
      const answer = await fetch(address, {
        method: 'POST',
        body: new FormData(form),
        headers: { 'X-Requested-With': 'autosave' },
        credentials: 'same-origin',
        redirect: 'error',
        keepalive: true,
      })
      if (!answer.ok) throw new Error(String(answer.status))
      say('saved')
    } catch {
      say('unsaved')
      schedule(15000)
    } finally {
      running = false
      if (again) schedule(0)
    }
  }

  function schedule(wait) {
    clearTimeout(timer)
    timer = setTimeout(save, wait)
  }

  form.addEventListener('change', () => schedule(250))
  form.addEventListener('input', (event) => {
    if (event.target.matches('textarea, input[type=text]')) schedule(1500)
  })
  window.addEventListener('online', () => schedule(0))
})()
