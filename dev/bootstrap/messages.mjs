// What is said before the packages are installed. Everything else that dev/ says is in dev/messages.ts, which needs a newer
// Node than the one that may run this file.

export const messages = {
  windows:
    '`npm start` and `npm test` need Linux or macOS. On Windows run them inside WSL, or start Holdfast with `docker compose up`.',
  nodeTooOld: (version) =>
    `Holdfast needs Node 20 or newer, and this is Node ${version}. Install a newer one from https://nodejs.org and try again.`,
  installing: 'installing npm packages with npm ci',
  installed: (count, total) => (count < total ? `${count} of ${total}` : 'install scripts are running'),
  installFailed:
    'npm ci did not finish, so nothing was started. Its own message is above; run `npm ci` to see it in full.',
  nodeMissing:
    'npm did not run the install script of the package "node", which brings the Node that Holdfast runs on. ' +
    'If ignore-scripts is set, run `npm rebuild node --ignore-scripts=false`; otherwise delete node_modules and try again.',
  cannotRun: (command, reason) => `${command} cannot be run: ${reason}. Delete node_modules and try again.`,
}
