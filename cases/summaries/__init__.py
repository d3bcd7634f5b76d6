"""What is kept of Annex 2 before and after it is filed: passages, figures changed by hand, frozen versions (附件2)."""
