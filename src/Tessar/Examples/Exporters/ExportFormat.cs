namespace Tessar.Examples.Exporters;

/// <summary>A format that stores can be written in. One file is one format; it is found by reflection.</summary>
internal abstract class ExportFormat
{
    private static readonly ExportFormat[] _all =
    [
        .. typeof(ExportFormat).Assembly.GetTypes()
            .Where(type => type.IsAssignableTo(typeof(ExportFormat)) && !type.IsAbstract)
            .Select(type => (ExportFormat)Activator.CreateInstance(type)!)
            .OrderBy(format => format.Name, StringComparer.Ordinal),
    ];

    /// <summary>Names of all formats.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. _all.Select(format => format.Name)];

    /// <summary>Its name for <c>--format</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Ending of its files, with the dot.</summary>
    public abstract string Extension { get; }

    /// <summary>True when a split can be cut into several files.</summary>
    public virtual bool HasShards => false;

    /// <summary>The format of that name.</summary>
    /// <exception cref="TessarException">There is none.</exception>
    public static ExportFormat Find(string name) => Array.Find(_all, format => format.Name == name) ?? throw new TessarException(
        $"Nothing is exported as `{name}`.{NearestName.Hint(name, Names)} Formats: {string.Join(", ", Names)}.", ErrorKind.Usage);

    /// <summary>Writes one split.</summary>
    /// <param name="job">The store, and whom to tell.</param>
    /// <param name="split">The split.</param>
    /// <param name="path">The file; shards add a number to its name.</param>
    public abstract void Write(ExportJob job, StoreSplit split, string path);

    /// <summary>The error about a column that the format can't hold.</summary>
    protected TessarException CannotHold(StoreColumn column, string why) => new(
        $"The column `{column.Name}` can't be exported as {Name}: {why}. Choose another format: "
            + $"{string.Join(", ", Names.Where(name => name != Name))}.",
        ErrorKind.Usage);
}
