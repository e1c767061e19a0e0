/** Whose uses are counted together: a person's (or an address's where nobody signed in), an address's, a program's, or all. */
export const per = ['identity', 'address', 'client', 'everybody'] as const
/** What happens while Redis is away: this process counts alone, nobody is refused, or everybody is. */
export const away = ['local', 'allow', 'refuse'] as const

/** `count` uses in any `seconds`, all at once if somebody likes; they come back one by one. */
export interface RateRule {
  /** Names what is counted; the rules of one name share their counts. */
  readonly name: string
  readonly count: number
  readonly seconds: number
  readonly per: (typeof per)[number]
  readonly away: (typeof away)[number]
}
