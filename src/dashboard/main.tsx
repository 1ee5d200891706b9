import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import './style/tokens.css'
import './style/base.css'
import './style/shell.css'
import './style/parts.css'
import './style/lists.css'
import './style/overview.css'
import './style/images.css'
import './style/image.css'
import './style/variants.css'
import './style/compare.css'
import './style/focal-point.css'
import './style/artists.css'
import './style/motion.css'

const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)
