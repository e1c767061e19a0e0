import { messages } from './messages.mjs'

/** Why Holdfast cannot be started on this platform or by this version of Node, in one sentence; undefined if it can. */
export function unmetRequirement(platform, nodeVersion) {
  // There is no Redis for Windows, and processes are paused and stopped by signals that Windows does not have.
  if (platform === 'win32') return messages.windows
  return Number.parseInt(nodeVersion, 10) < 20 ? messages.nodeTooOld(nodeVersion) : undefined
}
