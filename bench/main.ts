/** `npm run bench [name ...]`: prints one table per bench; README.md has the results. */
const benches: Record<string, () => Promise<{ bench: () => Promise<void> }>> = {
  bookings: () => import('./bookings.ts'),
  'vehicles-near': () => import('./vehicles-near.ts'),
}

/** Returns the exit code. */
export async function main(args: string[]): Promise<number> {
  const names = args.length > 0 ? args : Object.keys(benches)
  const unknown = names.filter((name) => !(name in benches))
  if (unknown.length > 0) {
    console.error(`No bench is called ${unknown.join(', ')}. The benches are ${Object.keys(benches).join(', ')}.`)
    return 2
  }
  for (const name of names) await (await benches[name]?.())?.bench()
  return 0
}
