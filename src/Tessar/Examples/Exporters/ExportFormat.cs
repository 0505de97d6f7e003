using System.Reflection;
using Tessar.Named;

namespace Tessar.Examples.Exporters;

/// <summary>
/// A format that stores can be written in. One file is one format, found by its <see cref="ExportFormatAttribute"/>.
/// </summary>
internal abstract class ExportFormat
{
    /// <summary>What there is to choose from.</summary>
    public static Choices<ExportFormat, ExportFormatAttribute> Choices { get; } =
        new("export format", typeof(ExportFormat).Assembly);

    /// <summary>Its name for <c>--format</c>.</summary>
    public string Name => Mark.Name;

    /// <summary>Ending of its files, with the dot.</summary>
    public string Extension => Mark.Extension;

    /// <summary>True when a split can be cut into several files.</summary>
    public bool HasShards => Mark.HasShards;

    private ExportFormatAttribute Mark => GetType().GetCustomAttribute<ExportFormatAttribute>()!;

    /// <summary>Writes one split.</summary>
    /// <param name="job">The store, and whom to tell.</param>
    /// <param name="split">The split.</param>
    /// <param name="path">The file; shards add a number to its name.</param>
    public abstract void Write(ExportJob job, StoreSplit split, string path);

    /// <summary>The error about a column that the format can't hold.</summary>
    protected TessarException CannotHold(StoreColumn column, string why) => new(
        $"The column `{column.Name}` can't be exported as {Name}: {why}. Choose another format: "
            + $"{string.Join(", ", Choices.Names.Where(name => name != Name))}.",
        ErrorKind.Usage);
}
