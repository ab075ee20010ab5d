// The page is whole without this script; it adds what paper cannot do: tables
// that sort, a replay of the damage, one cursor for all charts over time, and
// links that open what they point to.
(() => {
  'use strict'
  const all = (selector, root = document) => [...root.querySelectorAll(selector)]
  const clock = s => s < 120 && s !== 60 ? `${+s.toFixed(1)} s` : [[3600, 'h'], [60, 'min'], [1, 's']].map(([size, name]) => {
    const n = Math.floor(Math.round(s) / size) % (size === 3600 ? 1e9 : 60)
    return n ? `${n} ${name}` : ''
  }).filter(Boolean).join(' ')

  // Tables: a head becomes a button; figures sort by their number, from the
  // largest, words by the alphabet; what is missing comes last.
  const value = cell => cell.dataset.sort !== undefined ? Number(cell.dataset.sort) : cell.classList.contains('text') ? cell.textContent.trim() : NaN
  const sort = (table, column, head) => {
    const words = head.classList.contains('text')
    const next = { none: words ? 'ascending' : 'descending', ascending: 'descending', descending: 'ascending' }[head.getAttribute('aria-sort') || 'none']
    const sign = next === 'ascending' ? 1 : -1
    all('th', table.tHead).forEach(h => h.removeAttribute('aria-sort'))
    head.setAttribute('aria-sort', next)
    const rows = [...table.tBodies[0].rows].map(row => [value(row.cells[column]), row])
    rows.sort(([a], [b]) => {
      if (typeof a === 'string' || typeof b === 'string') return sign * String(a).localeCompare(String(b))
      if (isNaN(a) || isNaN(b)) return isNaN(a) - isNaN(b)
      return sign * (a - b)
    })
    table.tBodies[0].append(...rows.map(([, row]) => row))
  }
  for (const table of all('table.sortable')) {
    if (table.tBodies[0].rows.length < 2) continue
    all('th', table.tHead).forEach((head, column) => {
      const button = document.createElement('button')
      button.type = 'button'
      button.append(...head.childNodes)
      button.addEventListener('click', () => sort(table, column, head))
      head.append(button)
    })
  }

  // One cursor for all charts over time.
  const charts = all('svg[data-end]').map(svg => {
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'path')
    const label = document.createElementNS('http://www.w3.org/2000/svg', 'text')
    line.setAttribute('class', 'cursor')
    label.setAttribute('class', 'cursor')
    svg.append(line, label)
    return { svg, line, label, left: +svg.dataset.left, right: +svg.dataset.right, end: +svg.dataset.end, height: svg.viewBox.baseVal.height }
  })
  const point = (seconds, named) => charts.forEach(c => {
    const shown = seconds >= 0 && seconds <= c.end
    const x = c.left + (c.right - c.left) * seconds / c.end
    c.line.setAttribute('d', shown ? `M${x} 14V${c.height - 18}` : '')
    c.label.textContent = shown && c === named ? clock(seconds) : ''
    c.label.setAttribute('x', Math.min(Math.max(x, c.left + 20), c.right - 20))
    c.label.setAttribute('y', 11)
  })
  for (const c of charts) {
    c.svg.addEventListener('pointermove', event => {
      const box = c.svg.getBoundingClientRect()
      const x = (event.clientX - box.left) / box.width * c.svg.viewBox.baseVal.width
      point((x - c.left) / (c.right - c.left) * c.end, c)
    })
    c.svg.addEventListener('pointerleave', () => point(-1))
  }

  // The replay of the damage.
  for (const control of all('.replay')) {
    const figure = control.closest('figure')
    const slider = control.querySelector('input'), output = control.querySelector('output')
    const [play, worst] = all('button', control)
    const inks = new Map(), words = new Map()
    for (const entry of control.dataset.words.split('|')) {
      const [letter, ink, text] = entry.split('=')
      inks.set(letter, ink)
      words.set(letter, text)
    }
    const nodes = all('.node[data-cells]', figure).map(node => {
      const parts = all('.hue, .edge', node), text = node.querySelector('.words')
      return { cells: node.dataset.cells, parts, classes: parts.map(p => p.getAttribute('class')), text, said: text.textContent }
    })
    const seconds = +control.dataset.seconds, still = output.textContent
    let timer = 0
    const show = slice => {
      for (const n of nodes) {
        const letter = n.cells[slice] || '.'
        n.parts.forEach(p => {
          const quiet = p.classList.contains('edge') && (letter === '.' || letter === 'w')
          p.setAttribute('class', `${p.classList[0]} ${quiet ? 'axis' : inks.get(letter)}`)
        })
        n.text.textContent = words.get(letter)
      }
      slider.value = slice
      output.textContent = `${clock(slice * seconds)} to ${clock((slice + 1) * seconds)}`
      point((slice + 0.5) * seconds)
    }
    const stop = () => { clearInterval(timer); timer = 0; play.textContent = 'Play' }
    slider.addEventListener('input', () => { stop(); show(+slider.value) })
    play.addEventListener('click', () => {
      if (timer) return stop()
      play.textContent = 'Pause'
      let slice = +slider.value >= +slider.max ? 0 : +slider.value
      show(slice)
      timer = setInterval(() => ++slice > +slider.max ? stop() : show(slice), 500)
    })
    worst.addEventListener('click', () => {
      stop()
      nodes.forEach(n => { n.parts.forEach((p, i) => p.setAttribute('class', n.classes[i])); n.text.textContent = n.said })
      output.textContent = still
      point(-1)
    })
    control.hidden = false
  }

  // A link to what is folded away unfolds it.
  const unfold = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)))
    for (let d = target && target.closest('details'); d; d = d.parentElement.closest('details')) d.open = true
    if (target) target.scrollIntoView()
  }
  addEventListener('hashchange', unfold)
  unfold()
})()
