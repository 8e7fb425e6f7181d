import { createContext, useContext } from 'react';
import type { Navigation } from './route.ts';

export const NavigationContext = createContext<Navigation | null>(null);

export function useNavigation(): Navigation {
  const navigation = useContext(NavigationContext);
  if (navigation === null) throw new Error('A screen was drawn outside the navigation context');
  return navigation;
}
