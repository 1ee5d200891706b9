import type { Crop, EncodeUnit, OutputFormat } from '../workers/protocol.ts'
import { type FocalPoint, imageRecipeHash, parseFocalPoint } from './focal-point.ts'
import type { Recipe, VariantSpec } from './recipes.ts'

/** What WebP can hold a side, px; it bounds every format so that all formats of a variant are alike. */
const maxSide = 16_383

export interface Size {
  width: number
  height: number
}

/** The work for one variant, with where it will lie. */
export interface Unit extends EncodeUnit {
  recipe: string
  name: string
  format: OutputFormat
  mimeType: string
  key: string
  /** what the recipe asked for, px: the rung of a ladder */
  nominalWidth: number
}

const extensions = { avif: 'avif', webp: 'webp', jpeg: 'jpg', png: 'png' } satisfies Record<OutputFormat, string>

interface Target extends Size {
  crop: Crop | null
}

const methods: Record<VariantSpec['method'], (source: Size, box: Size, focus: FocalPoint | null) => Target> = {
  width: (source, box) => ({ ...fitInside(source, { width: box.width, height: maxSide }), crop: null }),
  fit: (source, box) => ({ ...fitInside(source, box), crop: null }),
  cover: (source, box, focus) => ({ ...box, crop: coverCrop(source, box, focus) }),
}

/** An original, upright. */
interface Original extends Size {
  sha256: string
  /** as kept */
  focalPoint?: string | null
}

/** Every unit of a recipe for an original, smallest first. */
export function planUnits(recipe: Recipe, image: Original): Unit[] {
  const imageKey = `${image.sha256.slice(0, 32)}-${imageRecipeHash(recipe, image.focalPoint ?? null)}`
  const units = targetsFor(recipe, image).flatMap(({ spec, target }) =>
    recipe.outputs.map((output): Unit => {
      const extension = extensions[output.format]
      return {
        ...target,
        output,
        recipe: recipe.name,
        name: spec.name,
        format: output.format,
        mimeType: `image/${output.format}`,
        key: recipe.ladder
          ? `variants/${imageKey}_${spec.width}.${extension}`
          : `images/${imageKey}/${spec.name}.${extension}`,
        nominalWidth: spec.width,
      }
    }),
  )
  return units.sort((a, b) => a.width * a.height - b.width * b.height)
}

/** A ladder keeps the widths that do not enlarge; an original narrower than all of them gets one at its own width. */
function variantsFor(recipe: Recipe, source: Size): readonly VariantSpec[] {
  if (!recipe.ladder) return recipe.variants
  const rungs = recipe.variants.filter((spec) => spec.width <= source.width)
  return rungs.length > 0 ? rungs : [{ name: String(source.width), method: 'width', width: source.width }]
}

/** Where the greatest height flattens the upper rungs of a ladder to one size, the first of them stands for all. */
function targetsFor(recipe: Recipe, source: Omit<Original, 'sha256'>): { spec: VariantSpec; target: Target }[] {
  const focus = parseFocalPoint(source.focalPoint ?? null)
  const targets = variantsFor(recipe, source).map((spec) => ({ spec, target: resizeTarget(spec, source, focus) }))
  if (!recipe.ladder) return targets
  return targets.filter(({ target }, index) => target.width !== targets[index - 1]?.target.width)
}

/** Output size and crop of one variant. Throws on a method that no code stands behind. */
export function resizeTarget(spec: VariantSpec, source: Size, focus: FocalPoint | null = null): Target {
  const method = methods[spec.method]
  if (!method) throw new Error(`Unknown resize method: ${spec.method}`)
  return method(source, { width: spec.width, height: 'height' in spec ? spec.height : maxSide }, focus)
}

/** The largest size inside the box with the aspect kept, never larger than the source and never below 1 px. */
export function fitInside(source: Size, box: Size): Size {
  const scale = Math.min(1, box.width / source.width, box.height / source.height)
  return {
    width: Math.max(1, Math.round(source.width * scale)),
    height: Math.max(1, Math.round(source.height * scale)),
  }
}

/**
 * The largest part of the source that has the box's aspect, in whole px, sizes rounded down as the older upload service
 * did: centred, or with the focal point in it and as near its middle as the edges of the source allow.
 */
export function coverCrop(source: Size, box: Size, focus: FocalPoint | null = null): Crop {
  const ratio = box.width / box.height
  const width = source.width / source.height > ratio ? Math.max(1, Math.floor(source.height * ratio)) : source.width
  const height = source.width / source.height > ratio ? source.height : Math.max(1, Math.floor(source.width / ratio))
  return {
    left: offset(source.width, width, focus?.x),
    top: offset(source.height, height, focus?.y),
    width,
    height,
  }
}

/** Where a part of a side begins, px. */
function offset(side: number, length: number, at: number | undefined): number {
  if (at === undefined) return Math.floor((side - length) / 2)
  const pixel = Math.min(side - 1, Math.floor(at * side))
  return Math.min(side - length, Math.max(0, pixel - Math.floor(length / 2)))
}

/** The smallest size to decode to from which no unit has to be enlarged more than from the original itself. */
export function workingSize(source: Size, units: readonly EncodeUnit[]): Size {
  const need = (side: 'width' | 'height') => {
    const needs = units.map((unit) => Math.ceil((unit[side] * source[side]) / (unit.crop?.[side] ?? source[side])))
    return Math.min(source[side], Math.max(...needs))
  }
  return { width: need('width'), height: need('height') }
}
