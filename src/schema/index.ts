import './artist.ts'
import './errors.ts'
import './image.ts'
import './recipe.ts'
import './run.ts'
import './task.ts'
import './upload.ts'
import './variant.ts'
import { builder } from './builder.ts'
import { describeGenerated } from './descriptions.ts'

export const schema = describeGenerated(builder.toSchema())
