import { told } from './told.ts'

told()
