using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;

namespace Tessar.Cli.Explanations;

/// <summary>The files that a call of `tessar attribute` asks for beside its result.</summary>
/// <param name="Image">Full path of a PNG; null for none.</param>
/// <param name="Report">Full path of an HTML page; null for none.</param>
/// <param name="Export">Full path of a table of all scores; null for none.</param>
/// <param name="HasRawCells">Whether names in a CSV stay as they are, though a spreadsheet would run some.</param>
internal sealed record ExplanationFiles(string? Image, string? Report, string? Export, bool HasRawCells = false)
{
    public bool IsNone => Image is null && Report is null && Export is null;

    /// <summary>Reads the options; names that can't be used are refused before anything is computed.</summary>
    /// <exception cref="TessarException">An ending isn't known, or a file is there already and may not be replaced.</exception>
    public static ExplanationFiles Of(
        Invocation call, OutputOption image, OutputOption report, OutputOption export, bool hasRawCells)
    {
        var files = new ExplanationFiles(call.Output(image), call.Output(report), call.Output(export), hasRawCells);
        return hasRawCells && files.Export?.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) is false
            ? throw new TessarException(
                $"`--raw-cells` has no effect on {files.Export}: only a .csv has cells that could be read as formulas. "
                    + $"Leave it out.", ErrorKind.Usage)
            : files;
    }

    /// <summary>Writes the files.</summary>
    public IReadOnlyList<WrittenFileJson> Write(Invocation call, Explanation explanation) => call.Progress.RunQuickly(progress =>
    {
        int targets = explanation.Targets.Count;
        var written = new List<WrittenFileJson>();
        if (Image is not null)
        {
            AtomicFile.Write(Image, stream => stream.Write(ContactSheetPage.Draw(explanation)));
            Add("picture", Image, Math.Min(targets, ContactSheetPage.MostTargets));
        }

        if (Report is not null)
        {
            AtomicFile.Write(Report, stream => ReportPage.Write(explanation, stream, Wrote("Report"), call.Cancellation));
            Add("report", Report, Math.Min(targets, ReportPage.MostTargets));
        }

        if (Export is not null)
        {
            AtomicFile.Write(Export, stream =>
            {
                if (Export.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
                    ScoreExport.WriteCsv(explanation, stream, HasRawCells, Wrote("Export"), call.Cancellation);
                else
                    ScoreExport.WriteParquet(explanation, stream, Wrote("Export"), call.Cancellation).GetAwaiter().GetResult();
            });
            Add("export", Export, targets);
        }

        return written;

        Action<int> Wrote(string stage) => done => progress.Report(new ProgressUpdate(stage, done, targets, "predictions"));

        void Add(string kind, string path, int shown) => written.Add(new WrittenFileJson
        {
            Kind = kind,
            Path = path,
            Bytes = new FileInfo(path).Length,
            Targets = shown,
            TargetsLeftOut = targets - shown,
        });
    });
}
