import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no element with the id "app"');

// Text set in a fallback font would move once the real one arrives. It comes from this machine, so waiting costs nothing.
await document.fonts.load('400 14px Inter').catch((error: unknown) => console.info('The font didn’t load; the system’s is used.', error));
mount(App, { target });
