namespace Tessar.Lenses.Data.Datamodels;

/// <summary>What puts examples together in <see cref="DatamodelsGrouped"/>.</summary>
public enum DatamodelGrouping
{
    /// <summary>Their class.</summary>
    Class,

    /// <summary>Their place in the data: contiguous slices.</summary>
    Slice,

    /// <summary>Their class and their place in it.</summary>
    ClassSlice,
}
