using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Storage;
using Tessar.Tensors;

namespace Tessar.Examples.Importers;

/// <summary>
/// What becomes of a source's columns: pictures first, then classes, then the others in their order; ids beside them.
/// </summary>
/// <param name="Columns">Makers of the store's columns.</param>
/// <param name="Classes">Names of the classes.</param>
/// <param name="Id">The source's column of ids, or −1.</param>
internal sealed record StorePlan(IReadOnlyList<ColumnMaker> Columns, IReadOnlyList<string> Classes, int Id)
{
    /// <summary>Decides it; looks through labels, ids and pictures for that.</summary>
    /// <exception cref="TessarException">
    /// An option names a column that isn't there or doesn't suit, or the source is damaged.
    /// </exception>
    public static StorePlan Make(
        IReadOnlyList<RowSelection> selections, ImportOptions options, IProgress<ImportProgress>? progress,
        CancellationToken cancellation)
    {
        SourceTable[] tables = [.. selections.Select(selection => selection.Table).Distinct()];
        IReadOnlyList<SourceColumn> columns = tables[0].Columns;
        int image = ColumnChoice.Image(columns, options), id = ColumnChoice.Id(columns);
        LabelCells? label = ColumnChoice.Label(columns, options);
        if (image >= 0 && columns[image] is { Kind: CellKind.Array, Type: not ElementType.U8 } && options.Image is null
            && !UnitNumbers.AreBytes(tables, image, cancellation))
            image = -1;
        if (options.Size is not null && image < 0)
        {
            throw new TessarException(
                $"A size was given, but none of the columns {string.Join(", ", columns)} is known to be pictures. Name the one "
                    + $"that is.",
                ErrorKind.Usage)
            { Remedies = [new(RemedyKind.ChangeArgument, "image")] };
        }

        if (options.Label is not null && label?.Index == image)
            throw new TessarException(
                $"The column `{columns[image].Name}` can't be both pictures and classes. Name another for one of them.",
                ErrorKind.Usage)
            {
                Remedies = [new(RemedyKind.ChangeArgument, "image"), new(RemedyKind.ChangeArgument, "label")],
            };
        LabelColumn? labels = label is not null && label.Index != image
            ? LabelColumn.Survey(tables, label, options, cancellation)
            : null;
        id = id == image || id == labels?.Source ? -1 : id;
        bool[] images = [.. columns.Select((column, i) =>
            column.Kind == CellKind.Image || (i == image && column.Kind == CellKind.Bytes))];
        bool isGray = ImageSurvey.Run(selections, images, image, options.SkipBad, progress, cancellation);
        var makers = new List<ColumnMaker>();
        if (image >= 0)
            makers.Add(ImageOf(columns[image], image, StoreRules.Image, options.Size, isGray));
        if (labels is not null)
            makers.Add(new LabelMaker(labels));
        for (int i = 0; i < columns.Count; i++)
        {
            if (i != image && i != labels?.Index && i != id)
                makers.Add(Other(columns[i], i, FreeName(columns[i].Name, makers)));
        }

        return new StorePlan(makers, labels?.Classes ?? [], id);
    }

    private static ColumnMaker ImageOf(
        SourceColumn column, int index, string name, (int Height, int Width)? size, bool isGray) => column.Kind switch
        {
            CellKind.Image or CellKind.Bytes when size is { } wanted =>
                new ResizedImageMaker(name, index, new ImageShape(wanted.Height, wanted.Width, isGray ? 1 : 3)),
            CellKind.Image or CellKind.Bytes => new ImageMaker(name, index),
            _ => new ArrayImageMaker(name, index, column, PixelLayout.Of(column.Shape)!.Value, size),
        };

    private static ColumnMaker Other(SourceColumn column, int index, string name) => column.Kind switch
    {
        CellKind.Pixels or CellKind.Image => ImageOf(column, index, name, size: null, isGray: false),
        CellKind.Bytes => new CopyMaker(StoreColumn.Bytes(name), index),
        CellKind.Text => new CopyMaker(StoreColumn.Text(name), index),
        CellKind.Json => new CopyMaker(StoreColumn.Json(name), index),
        _ when column.Shape.Count == 0 => new CopyMaker(StoreColumn.Scalar(name, column.Type), index),
        _ => new CopyMaker(StoreColumn.Tensor(name, column.Type, column.Shape), index),
    };

    /// <summary><c>image</c> and <c>label</c> are kept for the columns that were chosen.</summary>
    private static string FreeName(string name, List<ColumnMaker> makers)
    {
        while (name is StoreRules.Image or StoreRules.Label || makers.Exists(maker => maker.Column.Name == name))
            name += "_";
        return name;
    }
}
