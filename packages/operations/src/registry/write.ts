/**
 * Changes a registry's files atomically. A file is written in the registry's folder and moved to its place, so the modification time of
 * this one folder changes with every change.
 */
import { randomUUID } from 'node:crypto'
import { link, mkdir, rename, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codeOf } from './errors.ts'

/** Writes `content` to `path` in one step, over an existing file. */
export async function replaceFile(folder: string, path: string, content: unknown): Promise<void> {
  await rename(await written(folder, path, content), path)
}

/** Writes `content` to `path` in one step; returns false and changes nothing when the file exists. */
export async function createFile(folder: string, path: string, content: unknown): Promise<boolean> {
  const temporary = await written(folder, path, content)
  try {
    await link(temporary, path)
    return true
  } catch (err) {
    if (codeOf(err) === 'EEXIST') return false
    throw err
  } finally {
    await unlink(temporary)
  }
}

async function written(folder: string, path: string, content: unknown): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = join(folder, `.${randomUUID()}`) // Names that begin with a dot are not read.
  await writeFile(temporary, `${JSON.stringify(content, null, 2)}\n`)
  return temporary
}
