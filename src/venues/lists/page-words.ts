/** File names of pictures that stand in until the real one is loaded; from lazy loaders' defaults. */
export const standInImages = /^(?:blank|spacer|transparent|pixel|1x1|grey|lazy)\.|placeholder/i

/** Titles of pages that a host shows instead of the listing, to tell robots from people. */
export const challengeTitles = /just a moment|attention required|checking your browser|access denied|are you a robot/i
