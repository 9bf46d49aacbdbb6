{
 "$asm.manifest": "http://purl.allotrope.org/manifests/liquid-chromatography/BENCHLING/2023/09/liquid-chromatography.manifest",
 "liquid chromatography aggregate document": {
  "data system document": {
   "file name": "export",
   "software name": "Reader",
   "software version": "1.2",
   "ASM converter name": "allotropy_x",
   "ASM converter version": "0.1"
  },
  "liquid chromatography document": [
   {
    "measurement aggregate document": {
     "measurement document": [
      {
       "measurement identifier": "a",
       "peak list": {
        "peak": [
         {
          "peak area": {
           "value": 12.5,
           "unit": "mAU.s"
          }
         }
        ]
       }
      }
     ]
    }
   }
  ]
 }
}
