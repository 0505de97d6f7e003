// Runs before the first paint, so that a remembered theme never flashes in late.
try {
  const theme = localStorage.getItem('tessar.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch (error) {
  console.info('The theme of the system is used, because this browser keeps no storage for the page.', error);
}
