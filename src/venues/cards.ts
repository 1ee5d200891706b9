import type { Cheerio, CheerioAPI } from 'cheerio'
import type { Element } from 'domhandler'
