/** Contenders are measured in turns, several rounds each, and the median round is reported: the machine is small and noisy. */

/** The results of each contender, in the order of the contenders. */
export async function measureInTurns<Contender, Result>(
  contenders: readonly Contender[],
  rounds: number,
  measure: (contender: Contender) => Promise<Result>,
): Promise<Result[][]> {
  const results = contenders.map((): Result[] => [])
  for (let round = 0; round < rounds; round++)
    for (const [index, contender] of contenders.entries()) results[index]?.push(await measure(contender))
  return results
}

/** The element with the median value; of an even number of elements, the one with the upper median. */
export function medianBy<T>(elements: readonly T[], metric: (element: T) => number): T {
  const [median] = elements.toSorted((a, b) => metric(a) - metric(b)).slice(elements.length >> 1)
  if (median === undefined) throw new Error('no elements')
  return median
}
