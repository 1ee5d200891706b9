import { useEffect, useState } from 'react'

type Role = 'viewer' | 'editor' | 'admin'

export interface Viewer {
  name: string
  role: Role
}

const ranks: readonly Role[] = ['viewer', 'editor', 'admin']

let asked: Promise<Viewer | null> | null = null

async function ask(): Promise<Viewer | null> {
  const response = await fetch('/session', { headers: { accept: 'application/json' } })
  return response.ok ? ((await response.json()) as Viewer) : null
}

/** Who is signed in; null until that is known. */
export function useViewer(): Viewer | null {
  const [viewer, setViewer] = useState<Viewer | null>(null)
  useEffect(() => {
    asked ??= ask().catch(() => null)
    void asked.then(setViewer)
  }, [])
  return viewer
}

/** Whether to offer what needs the role; the API decides, so not knowing yet offers it. */
export function useMay(role: Role): boolean {
  const viewer = useViewer()
  return viewer === null || ranks.indexOf(viewer.role) >= ranks.indexOf(role)
}

export async function signOut(): Promise<void> {
  await fetch('/session', { method: 'DELETE', headers: { 'x-graphql-yoga-csrf': '1' } })
}
