import { takeOwnScreen } from './screen.ts';

takeOwnScreen();
