using Tessar.Examples;
using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Loading.Augmentations;

/// <summary>Changes pictures at random before a model sees them.</summary>
/// <remarks>
/// What happens to a picture depends on seed, epoch, the example's id and the augmentation's place in the list, on nothing
/// else. A new augmentation is one file: derive, put <see cref="AugmentationAttribute"/> and a <see cref="SettingAttribute"/>
/// for each number on it, and take (settings) in the constructor.
/// </remarks>
internal abstract class Augmentation
{
    public static Choices<Augmentation, AugmentationAttribute> Choices { get; } =
        new("augmentation", typeof(Augmentation).Assembly);

    /// <summary>
    /// Whether it makes pictures of one size from pictures of any size, so that those of a store needn't be resized before.
    /// </summary>
    public virtual bool TakesAnySize => false;

    /// <summary>Size of the pictures it makes.</summary>
    /// <param name="input">Size of those it is given.</param>
    /// <exception cref="TessarException">It can't be applied to such pictures.</exception>
    public virtual ImageShape Output(ImageShape input) => input;

    /// <summary>Changes one picture.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="draws">Random numbers for this example and this augmentation.</param>
    public abstract void Apply(ref AugmentedImage image, ref Draws draws);
}
