const segment = encodeURIComponent;

/** Addresses of the Data lens. */
export const addresses = {
  mistakes: (run: string, split: string, top: number) =>
    `/api/runs/${segment(run)}/lenses/data/mistakes?split=${segment(split)}&top=${top}`,
  influences: (run: string, split: string, index: string, method: string | null) =>
    `/api/runs/${segment(run)}/lenses/data/example/${segment(split)}/${segment(index)}${method ? `?method=${segment(method)}` : ''}`,
};
