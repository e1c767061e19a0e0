import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { CannotStart, messages } from '../messages.ts'

/** The system account that Postgres runs as. */
export type Account = { uid: number; gid: number; canReadProject: boolean }

/** Postgres refuses to run as root. Then it runs as the owner of its data, which at first is the system's `postgres`, or
 * else `nobody`. Undefined when this process is not root. */
export function accountFor(dataDir: string, program: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const parent = dirname(dataDir)
  mkdirSync(parent, { recursive: true })
  const { uid, gid } = existsSync(dataDir) ? statSync(dataDir) : systemAccount()
  const probe = spawnSync('sh', ['-c', 'cd "$1" && "$2" --version', 'sh', parent, program], { uid, gid })
  return { uid, gid, canReadProject: probe.status === 0 }
}

function systemAccount(): { uid: number; gid: number } {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const [, , uid, gid] =
    accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody') ?? []
  if (uid === undefined || uid === '0') throw new CannotStart(messages.noPostgresAccount)
  return { uid: Number(uid), gid: Number(gid) }
}

/** The command that runs a program as this account. */
export function runAs(account: Account | undefined, command: string, args: string[]) {
  if (account === undefined) return { command, args }
  const { uid, gid, canReadProject } = account
  if (canReadProject) return { command, args, uid, gid, cwd: '/' }
  // The project is in /root, for example: the account keeps the one right of root that it needs to read it. Without the
  // secure bit, access(2), by which initdb looks for its programs, would ignore that right.
  const keep = ['--securebits=+no_setuid_fixup', '--inh-caps=+dac_override', '--ambient-caps=+dac_override']
  const as = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...keep]
  return { command: 'setpriv', args: [...as, command, ...args], cwd: '/' }
}
