/** What has to be known of a file that somebody is going to send. */
export interface ExpectedFile {
  /** of the upload */
  id: string
  /** where it is to lie */
  tempKey: string
  mimeType: string
  byteSize: number
  /** when the upload ends */
  expiresAt: Date
}

/** How a client sends one file. */
export interface UploadTarget {
  url: string
  method: string
  /** to be sent with it, as they are: none that a browser would not let its page set */
  headers: Record<string, string>
  /** no later than the upload's own end */
  expiresAt: Date
  /** SHA-256, hex, of the secret among the headers; null when the storage itself takes the file */
  tokenHash: string | null
  /** whether what has come of it stays when the connection breaks */
  resumable: boolean
}

/** Where files are sent: to this service, or past it to the storage. */
export interface UploadTargets {
  create(file: ExpectedFile): Promise<UploadTarget>
}
