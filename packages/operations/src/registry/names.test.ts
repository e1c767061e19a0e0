import { expect, it } from '@jest/globals'
import { isName, isOwnId, isVersion } from './names.ts'

const tricks = ['', '.', '..', '../x', 'a/b', 'a\\b', 'a\0', ' a', 'a ', 'a\n', '~', 'a~b', '%2e%2e', 'ä', '.a', 'a.']

it.each(tricks)('%j is neither a name nor a version', (text) => {
  expect([isName(text), isVersion(text)]).toEqual([false, false])
})

it.each(['client.json', 'A', '-a', 'a-', '__proto__', 'a'.repeat(64)])('%j is no name', (text) => {
  expect(isName(text)).toBe(false)
})

it.each(['a', 'acme', 'acme-2_x', '7', 'a'.repeat(63)])('%j is a name', (text) => expect(isName(text)).toBe(true))

it.each(['1', '1.2.3', '2026-01-01', '1.0.0-rc.1+build', 'v1'])('%j is a version', (text) => {
  expect(isVersion(text)).toBe(true)
})
it.each(['1..2', '1.', '-1', '1.-2', '1'.repeat(65)])('%j is no version', (text) => expect(isVersion(text)).toBe(false))

it('an own id cannot look like another kind of id', () => {
  expect(isOwnId('d41d8cd98f00b204e9800998ecf8427e')).toBe(true)
  for (const id of ['', 'sha256:abc', 'a~b~c', '0'.repeat(64), 'x'.repeat(129), 'a b']) expect(isOwnId(id)).toBe(false)
})
