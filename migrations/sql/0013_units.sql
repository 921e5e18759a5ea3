-- Officers change the minimum unit of an asset where nobody loses by it: a smaller unit that divides the old one.
grant update (minimum_unit) on asset to meguru_app;
