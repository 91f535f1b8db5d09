// Says in time that signing in will end, and lets it go on with everything that was typed. Without this file a
// line on each page says until when, and a form that is sent too late is shown again.
(() => {
  'use strict'
  const dialog = document.getElementById('staying')
  if (!dialog || !window.fetch) return
  const [lasts, warn] = [Number(dialog.dataset.seconds) * 1000, Number(dialog.dataset.warn) * 1000]
  const NAME = 'cri-seen'
  let seen = Date.now()
  let closed = false

  // Each page of ours that is opened begins the time anew, in whatever window.
  const keep = () => { try { localStorage.setItem(NAME, String(seen)) } catch { /* not kept: asked for too early */ } }
  const latest = () => {
    try { return Math.max(seen, Number(localStorage.getItem(NAME)) || 0) } catch { return seen }
  }

  function show(what) {
    for (const part of dialog.querySelectorAll('[data-when]')) part.hidden = part.dataset.when !== what
    if (!dialog.open && !closed) dialog.showModal()
  }

  function look() {
    const left = latest() + lasts - Date.now()
    if (left > warn) {
      closed = false
      if (dialog.open) dialog.close()
    } else show(left > 0 ? 'soon' : 'ended')
  }

  async function goOn() {
    try {
      const answer = await fetch(dialog.dataset.address, { credentials: 'same-origin', redirect: 'manual' })
      const told = await answer.json()
      if (!answer.ok || told.who !== dialog.dataset.who) throw new Error('not signed in here')
      for (const field of document.querySelectorAll('input[name=csrf_token]')) field.value = told.token
      seen = Date.now()
      keep()
      look()
    } catch {
      show('ended')
    }
  }

  dialog.querySelector('[data-go-on]').addEventListener('click', goOn)
  dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close())
  dialog.addEventListener('close', () => { closed = true })
  // A page that the browser had kept was not asked for again: only what is known to be later counts.
  keep()
  setInterval(look, 10000)
})()
