using Tessar.Tasks;

namespace Tessar.Lenses.Data;

/// <summary>Whose gradient TRAK takes as features.</summary>
public enum TrakFeatureOutput
{
    /// <summary>That of the output that is explained.</summary>
    Same,

    /// <summary>That of the squared norm of the logits, ½‖l‖², with all factors Q at 1: D-TRAK.</summary>
    SquaredLogits,
}
