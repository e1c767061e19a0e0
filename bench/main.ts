/** `npm run bench [name ...]`: prints a table a bench; the numbers in README.md come from here. */
const benches: Record<string, () => Promise<{ bench: () => Promise<void> }>> = {
  bookings: () => import('./bookings.ts'),
  'vehicles-near': () => import('./vehicles-near.ts'),
}

/** Gives the exit code. */
export async function main(args: string[]): Promise<number> {
  const names = args.length > 0 ? args : Object.keys(benches)
  const unknown = names.filter((name) => !(name in benches))
  if (unknown.length > 0) {
    console.error(`No bench called ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}.`)
    return 2
  }
  for (const name of names) await (await benches[name]?.())?.bench()
  return 0
}
