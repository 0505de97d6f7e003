using System.CommandLine;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;

namespace Tessar.Cli.Explanations;

/// <summary>The files that a call of `tessar attribute` asks for beside its result.</summary>
/// <param name="Picture">Full path of a PNG; null for none.</param>
/// <param name="Report">Full path of an HTML page; null for none.</param>
/// <param name="Export">Full path of a table of all scores; null for none.</param>
internal sealed record ExplanationFiles(string? Picture, string? Report, string? Export)
{
    public bool IsNone => Picture is null && Report is null && Export is null;

    /// <summary>Reads the options; names that can't be used are refused before anything is computed.</summary>
    /// <exception cref="TessarException">An ending isn't known, or a file is there already and may not be replaced.</exception>
    public static ExplanationFiles Of(Invocation call, Option<string> picture, Option<string> report, Option<string> export, bool replace) => new(
        Check(picture.Name, call.Value(picture), [".png"], replace),
        Check(report.Name, call.Value(report), [".html", ".htm"], replace),
        Check(export.Name, call.Value(export), ScoreExport.Extensions, replace));

    /// <summary>Writes the files.</summary>
    public IReadOnlyList<WrittenFileJson> Write(Invocation call, Explanation explanation) => call.Progress.RunQuickly(progress =>
    {
        int targets = explanation.Targets.Count;
        var written = new List<WrittenFileJson>();
        if (Picture is not null)
        {
            AtomicFile.Write(Picture, stream => stream.Write(ContactSheetPage.Draw(explanation)));
            Add("picture", Picture, Math.Min(targets, ContactSheetPage.MostTargets));
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
                    ScoreExport.WriteCsv(explanation, stream, Wrote("Export"), call.Cancellation);
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

    private static string? Check(string option, string? path, IReadOnlyList<string> extensions, bool replace)
    {
        if (path is null)
            return null;
        if (!extensions.Any(extension => path.EndsWith(extension, StringComparison.OrdinalIgnoreCase)) || Directory.Exists(path))
            throw new TessarException($"`{option}` is `{path}`; required is the name of a file ending in {string.Join(" or ", extensions)}.", ErrorKind.Usage);
        string full = Path.GetFullPath(path);
        return replace || !File.Exists(full)
            ? full
            : throw new TessarException($"{full} exists already. Choose another {option}, or replace it with --force.", ErrorKind.Usage);
    }
}
